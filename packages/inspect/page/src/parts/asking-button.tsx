import { useEffect, useRef, useState } from 'preact/hooks'

export interface AskingButtonProps {
  /** What is pressed, twice: `delete`. */
  label: string
  /** The name for people who do not see what the button stands beside. */
  name: string
  title?: string
  /** What is asked after the first press. */
  question: string
  onConfirm: () => void
}

/** A button for what cannot be taken back. It asks first, and the question begins at the answer that changes nothing. */
export function AskingButton({ label, name, title, question, onConfirm }: AskingButtonProps) {
  const [isAsking, setIsAsking] = useState(false)
  const keep = useRef<HTMLButtonElement>(null)
  const first = useRef<HTMLButtonElement>(null)
  const wasAsking = useRef(false)
  useEffect(() => {
    if (isAsking) keep.current?.focus()
    // the focus goes back to where the question came from
    else if (wasAsking.current) first.current?.focus()
    wasAsking.current = isAsking
  }, [isAsking])
  if (!isAsking) {
    return (
      <button
        ref={first}
        type="button"
        class="plain small danger"
        title={title}
        aria-label={name}
        onClick={() => setIsAsking(true)}
      >
        {label}
      </button>
    )
  }
  return (
    <fieldset class="asking" aria-label={question} onKeyDown={({ key }) => key === 'Escape' && setIsAsking(false)}>
      {question}
      <button
        type="button"
        class="small danger"
        onClick={() => {
          setIsAsking(false)
          onConfirm()
        }}
      >
        Yes, {label}
      </button>
      <button ref={keep} type="button" class="small" onClick={() => setIsAsking(false)}>
        No
      </button>
    </fieldset>
  )
}
