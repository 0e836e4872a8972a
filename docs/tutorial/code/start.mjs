// `npm run tutorial 2`: runs page and server of a step at one port, and goes on with what you edit.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'vite'

const folder = import.meta.dirname
const steps = readdirSync(folder).filter((name) => /^\d-/.test(name))
const [, , wanted = ''] = process.argv
const step = steps.find((name) => name === wanted || name.startsWith(`${wanted}-`))
if (step === undefined) {
  console.error(`Which step? npm run tutorial 1\n${steps.map((name) => `  ${name}`).join('\n')}`)
  process.exit(2)
}
const server = await createServer({
  root: join(folder, step),
  configFile: join(folder, 'vite.config.ts'),
  server: { port: Number(process.env.PORT ?? 5173), host: process.env.HOST ?? 'localhost' },
})
await server.listen()
console.log(`\n  Step ${step}: open it in two tabs, and edit the files in docs/tutorial/code/${step}\n`)
server.printUrls()
