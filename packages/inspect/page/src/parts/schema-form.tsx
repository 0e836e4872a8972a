import { useEffect, useId, useState } from 'preact/hooks'
import { choicesOf, fieldKind, firstValue, type JsonSchema, limitsOf } from './json-schema.js'

/** A form for a value, as far as its schema says what it is, and JSON for the rest. */
export function SchemaForm({
  schema,
  value,
  onChange,
}: {
  /** Undefined: all is JSON. */
  schema: JsonSchema | undefined
  value: unknown
  /** Gets undefined for no value. */
  onChange: (value: unknown) => void
}) {
  if (schema !== undefined && fieldKind(schema) === 'object') {
    return <Fields schema={schema} value={value} onChange={onChange} />
  }
  return <Field name="data" schema={schema ?? {}} value={value} isRequired onChange={onChange} />
}

interface FieldProps {
  name: string
  schema: JsonSchema
  value: unknown
  isRequired: boolean
  onChange: (value: unknown) => void
}

function Fields({
  schema,
  value,
  onChange,
}: {
  schema: JsonSchema
  value: unknown
  onChange: (value: unknown) => void
}) {
  const values = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  return (
    <div class="fields">
      {Object.entries(schema.properties!).map(([name, property]) => (
        <Field
          key={name}
          name={name}
          schema={property}
          value={values[name]}
          isRequired={schema.required?.includes(name) ?? false}
          onChange={(next) => {
            const { [name]: _before, ...others } = values
            onChange(next === undefined ? others : { ...others, [name]: next })
          }}
        />
      ))}
    </div>
  )
}

function Field({ name, schema, value, isRequired, onChange }: FieldProps) {
  const id = useId()
  const isSet = isRequired || value !== undefined
  const kind = fieldKind(schema)
  const label = schema.title ?? name
  const hint = schema.description ?? limitsOf(schema)
  const option = !isRequired && (
    <input
      type="checkbox"
      aria-label={`${name} is set`}
      title="Optional"
      checked={isSet}
      onChange={() => onChange(isSet ? undefined : firstValue(schema))}
    />
  )
  if (kind === 'object') {
    return (
      <div class="field nested">
        <span class="label">
          {option} {label}
        </span>
        {isSet && <Fields schema={schema} value={value} onChange={onChange} />}
      </div>
    )
  }
  return (
    <div class="field">
      <label for={id}>
        {option} {label}
      </label>
      <span class="input">
        {isSet ? (
          <Input id={id} kind={kind} schema={schema} value={value} onChange={onChange} />
        ) : (
          <i class="muted">left out</i>
        )}
        {isSet && hint !== '' && <span class="hint">{hint}</span>}
      </span>
    </div>
  )
}

interface InputProps {
  id: string
  kind: ReturnType<typeof fieldKind>
  schema: JsonSchema
  value: unknown
  onChange: (value: unknown) => void
}

function Input({ id, kind, schema, value, onChange }: InputProps) {
  switch (kind) {
    case 'boolean':
      return (
        <input
          id={id}
          type="checkbox"
          checked={value === true}
          onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        />
      )
    case 'choice': {
      const choices = choicesOf(schema)!
      return (
        <select
          id={id}
          value={String(choices.indexOf(value))}
          onChange={({ currentTarget }) => onChange(choices[Number(currentTarget.value)])}
        >
          {choices.map((choice, index) => (
            <option key={String(choice)} value={String(index)}>
              {String(choice)}
            </option>
          ))}
        </select>
      )
    }
    case 'number':
    case 'integer':
      return <NumberInput id={id} isWhole={kind === 'integer'} schema={schema} value={value} onChange={onChange} />
    case 'text':
      return (
        <input
          id={id}
          type="text"
          value={typeof value === 'string' ? value : ''}
          maxLength={schema.maxLength}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )
    default:
      return <JsonInput id={id} value={value} onChange={onChange} />
  }
}

function NumberInput({ id, isWhole, schema, value, onChange }: Omit<InputProps, 'kind'> & { isWhole: boolean }) {
  return (
    <input
      id={id}
      type="number"
      inputMode="decimal"
      step={isWhole ? 1 : 'any'}
      {...(schema.minimum !== undefined && { min: schema.minimum })}
      {...(schema.maximum !== undefined && { max: schema.maximum })}
      value={typeof value === 'number' ? value : ''}
      onInput={({ currentTarget }) => {
        // what is not finished, as `-`, is no number yet
        if (!Number.isNaN(currentTarget.valueAsNumber)) onChange(currentTarget.valueAsNumber)
      }}
    />
  )
}

/** A field for any value. What is no JSON yet is not passed on. */
export function JsonInput({
  id,
  value,
  onChange,
  label,
}: {
  id?: string
  value: unknown
  onChange: (value: unknown) => void
  label?: string
}) {
  const [text, setText] = useState(() => textOf(value))
  const isBroken = text.trim() !== '' && parse(text) === undefined
  useEffect(() => {
    const known = text.trim() === '' ? undefined : parse(text)?.value
    if (textOf(known) !== textOf(value)) setText(textOf(value))
  }, [value])
  return (
    <textarea
      id={id}
      rows={2}
      spellcheck={false}
      placeholder="JSON"
      aria-label={label}
      aria-invalid={isBroken}
      value={text}
      onInput={({ currentTarget }) => {
        setText(currentTarget.value)
        const parsed = parse(currentTarget.value)
        if (currentTarget.value.trim() === '') onChange(undefined)
        else if (parsed !== undefined) onChange(parsed.value)
      }}
    />
  )
}

function textOf(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value)
}

/** @returns undefined for a text that is no JSON */
export function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
