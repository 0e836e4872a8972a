/** Figures as they are printed: three digits that count, thousands apart. */
export function formatNumber(value: number): string {
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** As `formatNumber`, with a dash for what there is none of. */
export function formatOptional(value: number | null): string {
  return value === null ? '–' : formatNumber(value)
}

export function formatBytes(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : formatNumber(value)
}
