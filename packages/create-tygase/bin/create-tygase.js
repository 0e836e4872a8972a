#!/usr/bin/env node
import { runCreate } from '../dist/index.js'

process.exitCode = await runCreate(process.argv.slice(2), {
  cwd: process.cwd(),
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
  userAgent: process.env.npm_config_user_agent,
})
