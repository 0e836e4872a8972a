import { useInsertionEffect, useRef } from 'react'

/** A value of the newest render, for effects that must not begin anew with each render. Not to be read while rendering. */
export function useLatest<Value>(value: Value): { readonly current: Value } {
  const latest = useRef(value)
  // before all other effects of the render
  useInsertionEffect(() => {
    latest.current = value
  })
  return latest
}
