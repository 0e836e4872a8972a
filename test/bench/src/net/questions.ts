import type { RoomKind } from './rooms/room-kinds.js'
import type { CallerName, NetSystemName } from './systems/net-system.js'
import type { TickFigures } from './tick-log.js'

/** What is asked of the server's process, and what it answers: one answer to each question. */
export interface ServerQuestions {
  /** Starts a server. */
  open: { question: { system: NetSystemName }; answer: { port: number } }
  /** Starts our server with so many rooms, in which nobody is. */
  openRooms: { question: { roomKind: RoomKind; rooms: number }; answer: { port: number } }
  /** All have joined: the warm-up begins. */
  settle: { question: Record<never, never>; answer: null }
  /** The window begins. */
  begin: { question: Record<never, never>; answer: null }
  /** The window ends. */
  end: { question: Record<never, never>; answer: ServerFigures }
}

export interface ServerFigures extends TickFigures {
  /** Processor time of the whole process within the window, in the program and in the kernel. */
  cpuMicroseconds: number
  /** What the heap and buffers outside of it have grown by since the server was started without clients. */
  memoryBytes: number
}

/** The same for the clients' process. */
export interface ClientQuestions {
  /** Lets so many clients join. */
  open: { question: { system: NetSystemName; port: number; clients: number }; answer: null }
  /** Lets so many clients join our server of rooms, one room after the other: in rooms that move light ones but for a few. */
  openRooms: { question: { roomKind: RoomKind; port: number; rooms: number; clients: number }; answer: null }
  settle: { question: Record<never, never>; answer: null }
  begin: { question: Record<never, never>; answer: null }
  end: { question: Record<never, never>; answer: ClientFigures }
  /** Requests one after the other and many at a time, for so long each. */
  request: { question: { system: CallerName; port: number; seconds: number }; answer: RequestFigures }
}

export interface ClientFigures {
  seconds: number
  /** Share of the window in which the process was at work. */
  cpuShare: number
  /** Mean over the light clients of what came out of the socket within the window: frames and all, without TCP. */
  bytesPerClient: number
  /** The fewest updates that any client got. */
  fewestUpdates: number
}

export interface RequestFigures {
  /** One after the other. */
  single: TripFigures
  /** `pipelined` under way at any time. */
  pipelined: TripFigures
}

export interface TripFigures {
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/** Requests under way at any time where they are pipelined. */
export const pipelinedRequests = 64

export type Reply = { answer: unknown } | { error: string }
