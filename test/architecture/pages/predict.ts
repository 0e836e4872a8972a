import { connect } from '@tygase/client'
import { predict } from '@tygase/client/predict'
import { defineGame, EntityMap } from '@tygase/gamestate'

// a page with the rules of its game that runs them ahead of the server
Object.assign(globalThis, { connect, predict, defineGame, EntityMap })
