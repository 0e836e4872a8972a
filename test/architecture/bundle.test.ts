import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { root } from './repository.js'

it('@tygase/client becomes a bundle for browsers without anything of Node in it', async () => {
  const { outputFiles, metafile, warnings } = await build({
    stdin: { contents: "export * from '@tygase/client'", resolveDir: `${root}/test` },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    format: 'esm',
    target: 'es2023',
    platform: 'browser', // an import of something built into Node is an error
    conditions: ['@tygase/source', 'browser'],
  })
  const output = Object.values(metafile.outputs)[0]!
  const inputs = Object.keys(metafile.inputs)

  expect(warnings).toEqual([])
  expect(output.imports).toEqual([])
  expect(output.exports).toContain('connect')
  expect(inputs.filter((file) => /node_modules\/ws\/|web-socket\/node\.ts/.test(file))).toEqual([])
  expect(inputs).toContain('packages/client/src/web-socket/browser.ts')
  expect(outputFiles[0]!.text).not.toContain('node:')

  const { contents } = outputFiles[0]!
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`
  console.log(
    `note: @tygase/client for browsers: ${kilobytes(contents.length)}, gzip ${kilobytes(gzipSync(contents).length)}`,
  )
})
