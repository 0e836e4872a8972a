/** The least that a Standard Schema can be: takes what `isValid` does. */
export function schemaOf<Data>(isValid: (value: unknown) => value is Data) {
  return {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      types: undefined as { input: Data; output: Data } | undefined,
      validate: (value: unknown) => (isValid(value) ? { value } : { issues: [{ message: 'not what it should be' }] }),
    },
  }
}
