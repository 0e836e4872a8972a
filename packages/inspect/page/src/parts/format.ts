/** Numbers as people read them: three digits, and a unit. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

/** A count: 1,234, then 12.3k and 4.56M. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 1e9) return `${short.format(value / 1e9)}G`
  if (size >= 1e6) return `${short.format(value / 1e6)}M`
  if (size >= 1e4) return `${short.format(value / 1e3)}k`
  return size >= 100 || Number.isInteger(value) ? whole.format(value) : short.format(value)
}

/** Bytes in steps of 1000: `1.2 kB`. */
export function bytes(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  const unit = size >= 1e9 ? 'GB' : size >= 1e6 ? 'MB' : size >= 1e3 ? 'kB' : 'B'
  const by = unit === 'GB' ? 1e9 : unit === 'MB' ? 1e6 : unit === 'kB' ? 1e3 : 1
  return `${short.format(by === 1 ? Math.round(value) : value / by)} ${unit}`
}

/** A duration: `0.42 ms`, `18 ms`, `1.2 s`. */
export function ms(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 1000) return `${short.format(value / 1000)} s`
  return `${size >= 10 ? Math.round(value) : short.format(value)} ms`
}

/** A share from 0 to 1: `12 %`. */
export function percent(value: number): string {
  return Number.isFinite(value)
    ? `${value > 0 && value < 0.0995 ? short.format(Math.round(value * 1000) / 10) : Math.round(value * 100)} %`
    : '–'
}

/** How long something runs: `3 d 4 h`, `12 min`. */
export function span(timeMs: number): string {
  const seconds = Math.max(0, Math.floor(timeMs / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** A number as a state has it, with at most seven digits; any other text as it is. */
export function shortNumber(text: string): string {
  if (!/^-?\d+\.\d{5,}(?:e[+-]?\d+)?$/.test(text)) return text
  return String(Number(Number(text).toPrecision(7)))
}

/** `1 room`, `2 rooms`. */
export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`
}
