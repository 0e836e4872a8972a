import { colourOf, shapeOf, type shapes } from './party.js'

const paths: Readonly<Record<(typeof shapes)[number], string>> = {
  star: 'M50 8 62 37 93 39 69 59 77 90 50 73 23 90 31 59 7 39 38 37Z',
  heart: 'M50 88C20 66 8 50 8 34 8 20 19 11 30 11c9 0 16 5 20 13 4-8 11-13 20-13 11 0 22 9 22 23 0 16-12 32-42 54Z',
  drop: 'M50 6c16 22 30 37 30 55a30 30 0 0 1-60 0C20 43 34 28 50 6Z',
  square: 'M26 14h48a12 12 0 0 1 12 12v48a12 12 0 0 1-12 12H26a12 12 0 0 1-12-12V26a12 12 0 0 1 12-12Z',
  ring: 'M50 8a42 42 0 1 1 0 84 42 42 0 0 1 0-84Zm0 24a18 18 0 1 0 0 36 18 18 0 0 0 0-36Z',
  bolt: 'M58 4 18 56h24l-8 40 46-56H54Z',
}

const fills = {
  red: '#ef4458',
  orange: '#ff9d2e',
  green: '#2fbf71',
  blue: '#3d8bfd',
  violet: '#8b5cf6',
  pink: '#f472b6',
} as const

export function Card({ card, className = '' }: { card: number; className?: string }) {
  return (
    <svg className={`card ${className}`} viewBox="0 0 100 100" aria-hidden="true">
      <path d={paths[shapeOf(card)]} fill={fills[colourOf(card)]} fillRule="evenodd" />
    </svg>
  )
}
