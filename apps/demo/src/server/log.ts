import { type Logger, pino } from 'pino'

const standard = new Set(['level', 'time', 'msg', 'err', 'pid', 'hostname'])

/** A repeated message is written once in so many milliseconds: on a busy machine it may come with every tick. */
const repeatMs = 10_000

/** A pino logger with lines for people. @param write takes a whole line with its end */
export function createLog(level: string, write: (line: string) => void): Logger {
  const writtenAt = new Map<unknown, number>()
  return pino(
    { level },
    {
      write(json: string) {
        const { msg, time } = JSON.parse(json) as { msg?: unknown; time: number }
        if (time - (writtenAt.get(msg) ?? -Infinity) < repeatMs) return
        writtenAt.set(msg, time)
        write(`${asLine(json)}\n`)
      },
    },
  )
}

/** A line of pino's JSON as text for people: time, level if it is not info, message, details. */
export function asLine(json: string): string {
  const entry = JSON.parse(json) as Record<string, unknown>
  const time = new Date(Number(entry.time)).toTimeString().slice(0, 8)
  const level = pino.levels.labels[Number(entry.level)] ?? ''
  const details = Object.entries(entry)
    .filter(([key]) => !standard.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const parts = [time, level === 'info' ? '' : level, String(entry.msg ?? ''), ...details]
  const { err } = entry as { err?: { stack?: string; message?: string } }
  const line = parts.filter((part) => part !== '').join(' ')
  return err === undefined ? line : `${line}\n${err.stack ?? err.message ?? ''}`
}
