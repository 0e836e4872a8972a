import type { ChannelMessage, ChannelScope } from '@tygase/protocol'

/** @returns undefined for what no server of ours would send */
export function readChannelMessage(data: unknown): { scope: ChannelScope; message: ChannelMessage } | undefined {
  if (!Array.isArray(data)) return undefined
  const [scope, channel, kind, content, from] = data as unknown[]
  if ((scope !== 'room' && scope !== 'server') || typeof channel !== 'string') return undefined
  if ((kind !== 'text' && kind !== 'json') || (kind === 'text' && typeof content !== 'string')) return undefined
  if (from !== null && typeof from !== 'string') return undefined
  return { scope, message: { channel, kind, data: content, from: from ?? undefined } }
}
