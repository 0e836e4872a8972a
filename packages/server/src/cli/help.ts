const userPart = `  tygase user add NAME       adds a user; asks for the password
  tygase user passwd NAME    sets another password
  tygase user remove NAME    removes a user
  tygase user list           names, and when they were added

    --db PATH                the file of the accounts, also TYGASE_DB; add makes it
`

const tokenPart = `  tygase token issue USER    prints a token that says who USER is
  tygase token verify        reads a token and prints what it says

    --issuer TEXT            who issues the tokens
    --game ID                for which game
    --expires TIME           how long it holds: 30 min, 12 h, 7 d; default 1 h
    --claims JSON            what else it says, an object
    --key-file PATH          a key as PEM; without it the secret in TYGASE_TOKEN_SECRET
`

const end = 'Ends with 0, with 1 when it was refused, with 2 when the command line is wrong.'

/** @param subject of which commands; all of them where it is no `user` or `token` */
export function helpOf(subject: string | undefined): string {
  if (subject === 'user') {
    return `tygase user: who has an account\n\n${userPart}\nA password is typed unseen, or piped in: the first line counts.\n${end}\n`
  }
  if (subject === 'token') {
    return `tygase token: who comes with a token\n\n${tokenPart}\nA token is typed unseen, or piped in: the first line counts.\n${end}\n`
  }
  const secrets = 'Passwords and tokens are typed unseen, or piped in: their first line counts.'
  return `tygase: who may play\n\n${userPart}\n${tokenPart}\n${secrets}\n${end}\n`
}
