/** Rows with a bar each, the largest first. */
export function Bars({
  rows,
  format,
  empty,
  most = 12,
}: {
  rows: readonly (readonly [name: string, value: number])[]
  format: (value: number) => string
  /** The sentence for no rows. */
  empty: string
  /** So many rows are shown. */
  most?: number
}) {
  const sorted = rows.filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1])
  if (sorted.length === 0) return <p class="empty">{empty}</p>
  const largest = sorted[0]![1]
  const left = sorted.length - most
  return (
    <ul class="bars">
      {sorted.slice(0, most).map(([name, value]) => (
        <li key={name}>
          <code>{name}</code>
          <Bar share={value / largest} />
          <span class="number">{format(value)}</span>
        </li>
      ))}
      {left > 0 && <li class="muted">and {left} more</li>}
    </ul>
  )
}

/** A bar. @param share from 0 to 1 */
export function Bar({ share, colour = 'c1' }: { share: number; colour?: string }) {
  // attributes of a drawing: the content security policy lets no style attribute in
  return (
    <svg class="bar-line" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class={`fill ${colour}`} width={Math.max(0.5, share * 100)} height="8" />
    </svg>
  )
}
