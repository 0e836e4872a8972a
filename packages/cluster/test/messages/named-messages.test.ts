import { expect, it } from 'vitest'
import type { ClusterMessages } from '../../src/messages/cluster-messages.js'
import { NamedMessages } from '../../src/messages/named-messages.js'

it('a name stays known while anything is subscribed to it: its losses are reported', () => {
  let lose = (_: { readonly subject: string; readonly count: number }): void => {}
  let subject = ''
  const messages = {
    subscribe(name: string) {
      subject = name
      return () => {}
    },
    onLost(listener: typeof lose) {
      lose = listener
      return () => {}
    },
  }
  // reason: nothing else of them is used
  const named = new NamedMessages(messages as unknown as ClusterMessages, 'channel')
  const heard: unknown[] = []
  named.onLost((lost) => heard.push(lost))
  const [first, second] = [named.subscribe('news', () => {}), named.subscribe('news', () => {})]
  first()
  // a second call does nothing
  first()
  lose({ subject, count: 3 })
  second()
  lose({ subject, count: 4 })
  expect(heard).toEqual([{ channel: 'news', count: 3 }])
})
