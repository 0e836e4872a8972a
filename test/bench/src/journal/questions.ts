/** What the processes of servers and of players are asked, and what they answer. */
export interface ServerQuestions {
  /** Begins a server with rooms of the arena. */
  open: { question: OpenedServer; answer: { port: number } }
  /** Rooms stand still, or go on. */
  pause: { question: { isPaused: boolean }; answer: null }
  begin: { question: object; answer: null }
  end: { question: object; answer: ServerWindow }
}

export interface OpenedServer {
  /** Of the journal; undefined for none. */
  readonly folder?: string | undefined
  /** NATS, and the name of its cluster there; undefined for a server that is in none. */
  readonly nats?: { readonly port: number; readonly bucket: string } | undefined
  /** Ids of its rooms. */
  readonly rooms: readonly number[]
}

export interface ServerWindow {
  /** Processor time of the whole process, threads of Node included. */
  readonly cpuMs: number
  /** Of all rooms together. */
  readonly ticks: number
  /** Events that have reached rules or handlers. */
  readonly events: number
}

export interface PlayerQuestions {
  /** Players join the rooms of a server. */
  open: { question: { port: number; rooms: number; players: number }; answer: null }
  /** Those of the server that was opened as the `server`-th play, and no others. */
  play: { question: { server: number | undefined }; answer: null }
}

export interface RecoveryQuestions {
  /** Goes on with the rooms of a journal. @returns the time until the server listens, the processor's, and the tick of the room */
  recover: { question: { folder: string }; answer: { ms: number; cpuMs: number; tick: number } }
}
