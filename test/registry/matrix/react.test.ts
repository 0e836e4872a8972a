import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fetchTool } from '../../../scripts/fetch-tool.mjs'
import { inRoot } from '../../../scripts/root.mjs'
import { runCommand } from '../../../scripts/run-command.mjs'

it('React 18 passes all tests of the hooks, which are written for React 19', async () => {
  const tools = await fetchTool('react-18', ['react@18', 'react-dom@18'])
  const { version } = JSON.parse(readFileSync(join(tools, 'react/package.json'), 'utf8')) as { version: string }
  expect(version).toMatch(/^18\./)
  const config = 'test/registry/support/other-react.config.ts'
  const { exitCode, output } = await runCommand(
    process.execPath,
    [inRoot('node_modules/vitest/vitest.mjs'), 'run', '--root', inRoot(), '--config', inRoot(config)],
    { env: { REACT_FOLDER: tools, NO_COLOR: '1' } },
  )
  expect(output).toMatch(/Tests +\d+ passed \(\d+\)/)
  expect(exitCode).toBe(0)
})
