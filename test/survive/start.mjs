import { startBundled } from '../support/start-bundled.mjs'

await startBundled('survive', ['server-process'])
