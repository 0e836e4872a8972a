import { startBundled } from '../support/start-bundled.mjs'

await startBundled('soak', ['server-process', 'client-process'], { sourceMap: true })
