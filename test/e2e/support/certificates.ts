import { readFileSync } from 'node:fs'

const read = (name: string): string => readFileSync(new URL(`../certificates/${name}.pem`, import.meta.url), 'utf8')

/** Certificates for `localhost` that sign themselves, with their keys. */
export const certificates = {
  first: { cert: read('first-certificate'), key: read('first-key') },
  second: { cert: read('second-certificate'), key: read('second-key') },
}
