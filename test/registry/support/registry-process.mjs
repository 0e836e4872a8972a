// A registry in a process of its own: it listens on a free port of this machine, sends the port to its parent, and ends with it.
// Arguments: its folder, and the address of the registry that has the packages of others, if it may ask one.
import { join } from 'node:path'
import { runServer } from 'verdaccio'

const [folder = '', upstream] = process.argv.slice(2)
const all = { access: '$all', publish: '$all', unpublish: '$all' }
const ours = { '@tygase/*': all, tygase: all, 'create-tygase': all }

const server = await runServer({
  configPath: join(folder, 'config.yaml'),
  self_path: join(folder, 'config.yaml'),
  storage: join(folder, 'storage'),
  auth: { htpasswd: { file: join(folder, 'htpasswd') } },
  uplinks: upstream === undefined ? {} : { usual: { url: upstream, timeout: '60s', maxage: '1h' } },
  // ours are never those of another registry
  packages: upstream === undefined ? { '**': all } : { ...ours, '**': { access: '$all', proxy: 'usual' } },
  web: { enable: false },
  max_body_size: '200mb',
  log: { type: 'stdout', format: 'json', level: 'warn' },
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))
process.once('disconnect', () => process.exit())
