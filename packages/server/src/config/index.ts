export { ConfigError, type ConfigErrorCode, configErrorCodes } from './errors.js'
export { type ConfigOf, type ConfigSources, type ConfigSpec, readConfig } from './read-config.js'
export { Secret } from './secret.js'
export { boolean, duration, integer, list, type Setting, type SettingOptions, secret, text } from './setting.js'
