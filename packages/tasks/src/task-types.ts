/** The names of the functions that a module of tasks exports. */
export type TaskName<Module> = {
  [Name in keyof Module & string]: Module[Name] extends (data: never) => unknown ? Name : never
}[keyof Module & string]

/** The data of a task. */
export type TaskData<Module, Name extends keyof Module> = Module[Name] extends (data: infer Data) => unknown
  ? Data
  : never

/** The result of a task. */
export type TaskResult<Module, Name extends keyof Module> = Module[Name] extends (data: never) => infer Result
  ? Awaited<Result>
  : never
