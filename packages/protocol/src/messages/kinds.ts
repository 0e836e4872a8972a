/** The kinds of messages: the low four bits of a message's head byte. */
export const kinds = {
  hello: 1,
  welcome: 2,
  refuse: 3,
  close: 4,
  state: 5,
  have: 6,
  event: 7,
  ack: 8,
  time: 9,
  floor: 10,
} as const

export type MessageKind = keyof typeof kinds
