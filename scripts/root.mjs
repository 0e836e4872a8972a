import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * @param {...string} parts
 * @returns the absolute path of something in the repository
 */
export const inRoot = (...parts) => join(root, ...parts)

/**
 * @param {string} name of a program that a dependency brings
 * @returns where npm has put it
 */
export const programPath = (name) => inRoot('node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)
