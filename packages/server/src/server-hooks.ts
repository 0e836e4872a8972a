import type { Logger } from '@tygase/gamestate'
import type { CloseInfo } from '@tygase/protocol'
import { Hook } from './hook.js'
import type { ServerConnection } from './server-connection.js'

/** Who wants to know how sessions fare. */
export class ServerHooks {
  readonly onConnect: Hook<[ServerConnection]>
  readonly onDisconnect: Hook<[ServerConnection, CloseInfo | undefined]>
  readonly onSuspend: Hook<[ServerConnection, CloseInfo | undefined]>
  readonly onResume: Hook<[ServerConnection]>

  constructor(logger: Logger) {
    this.onConnect = new Hook('onConnect', logger)
    this.onDisconnect = new Hook('onDisconnect', logger)
    this.onSuspend = new Hook('onSuspend', logger)
    this.onResume = new Hook('onResume', logger)
  }
}
