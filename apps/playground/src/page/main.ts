import { App } from './app.js'

await App.open()
