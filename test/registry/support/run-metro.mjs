// Metro, in a process of its own: bundles `page.js` of a folder as React Native does. Arguments: the folder, Metro's node_modules.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder = '', tools = ''] = process.argv.slice(2)
const { default: metro } = await import(pathToFileURL(join(tools, 'metro/src/index.js')).href)

const config = await metro.loadConfig(
  { cwd: folder, resetCache: true },
  {
    projectRoot: folder,
    watchFolders: [tools],
    maxWorkers: 1,
    reporter: { update() {} },
    resolver: {
      unstable_enablePackageExports: true,
      unstable_conditionNames: ['react-native'],
      // what Metro puts into a bundle of its own
      nodeModulesPaths: [tools],
    },
    transformer: {
      getTransformOptions: async () => ({ transform: { experimentalImportSupport: true, inlineRequires: false } }),
    },
  },
)
await metro.runBuild(config, {
  entry: 'page.js',
  platform: 'ios',
  dev: false,
  minify: false,
  out: join(folder, 'built/metro.js'),
})
