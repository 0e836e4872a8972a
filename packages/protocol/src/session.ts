import type { CloseCode } from './close-codes.js'
import type { Hello } from './hello.js'
import type {
  ClientSessionOptions,
  CloseInfo,
  Outcome,
  SendOptions,
  ServerSessionOptions,
  SessionStats,
  SessionStatus,
} from './session-types.js'

export class Session {
  private constructor() {}
  static server(_options: ServerSessionOptions, _now: number): Session {
    return new Session()
  }
  static client(_options: ClientSessionOptions, _now: number): Session {
    return new Session()
  }
  get clientId(): string | undefined {
    return undefined
  }
  get status(): SessionStatus {
    return 'closed'
  }
  get closeInfo(): CloseInfo | undefined {
    return undefined
  }
  get names(): readonly string[] {
    return []
  }
  get welcome(): Uint8Array | undefined {
    return undefined
  }
  attach(_transport: { reliable: boolean }, _now: number, _hello?: Hello): void {}
  suspend(_now: number): void {}
  matchesToken(_token: Uint8Array): boolean {
    return false
  }
  receive(_packet: Uint8Array, _now: number): void {}
  flush(_now: number): Uint8Array | undefined {
    return undefined
  }
  advance(_now: number): void {}
  nextDeadline(): number {
    return Number.POSITIVE_INFINITY
  }
  send(_name: string, _payload: Uint8Array, _options: SendOptions, _now: number): number {
    return 0
  }
  settle(_sequence: number, _outcome: Outcome): void {}
  close(_code: CloseCode, _reason: string, _now: number): void {}
  get stateBase(): number | undefined {
    return undefined
  }
  stateSent(_version: number): void {}
  stateHeld(_version: number | undefined): void {}
  get rttMs(): number | undefined {
    return undefined
  }
  get jitterMs(): number | undefined {
    return undefined
  }
  get clockOffsetMs(): number | undefined {
    return undefined
  }
  get stats(): Readonly<SessionStats> {
    throw new Error('not yet')
  }
}
