/** A time: `8.4 ms`, `120 ms`, `2.5 s`. */
export function inMs(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return '–'
  if (ms >= 2000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}

/** A number of bytes: `84 B`, `1.2 kB`, `3.4 MB`. */
export function inBytes(bytes: number): string {
  if (bytes < 999.5) return `${bytes > 0 && bytes < 9.95 ? bytes.toFixed(1).replace('.0', '') : Math.round(bytes)} B`
  return bytes < 999_500 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** A rate: `1.2 kB/s`. */
export function perSecond(rate: number): string {
  return `${inBytes(rate)}/s`
}

/** A share from 0 to 1: `0 %`, `0.4 %`, `12 %`. */
export function inPercent(share: number): string {
  const percent = share * 100
  return `${percent > 0 && percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`
}

/** How long ago: `now`, `3.2 s ago`. */
export function ago(ms: number): string {
  return ms < 100 ? 'now' : `${(ms / 1000).toFixed(1)} s ago`
}

/** A count with its noun: `1 event`, `3 events`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** The beginning of a long id: enough to know it again. */
export function shortId(id: string): string {
  return id.length > 10 ? `${id.slice(0, 8)}…` : id
}
