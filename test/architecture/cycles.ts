/**
 * The cycles of a graph, one for each place where going on along the arrows leads back: enough to see that there are some,
 * and which.
 * @param graph each node with those that it points to
 */
export function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (node: string): void => {
    const seenAt = path.indexOf(node)
    if (seenAt !== -1) cycles.push(path.slice(seenAt))
    if (seenAt !== -1 || done.has(node)) return
    path.push(node)
    for (const next of graph.get(node) ?? []) visit(next)
    path.pop()
    done.add(node)
  }
  for (const node of graph.keys()) visit(node)
  return cycles
}
