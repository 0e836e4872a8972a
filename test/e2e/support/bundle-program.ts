import { build } from 'esbuild'

/** A program for a process of its own, from the sources: a file, or a line of code that may import from `support`. */
type Program = { readonly file: string } | { readonly code: string }

/** @param external packages that are not put into it, as they bring binaries or are to be those of the tree */
export async function bundleProgram(program: Program, outfile: string, external: string[]): Promise<void> {
  await build({
    ...('file' in program
      ? { entryPoints: [program.file] }
      : { stdin: { contents: program.code, resolveDir: import.meta.dirname } }),
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@tygase/source'],
    external,
    logLevel: 'error',
  })
}
