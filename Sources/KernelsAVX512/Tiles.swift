// 32 registers of sixteen floats, whatever each of them holds.

typealias Lane = SIMD16<Float>
/// For the last eight columns where their number is not a multiple of sixteen.
typealias HalfLane = SIMD8<Float>

/// Registers of columns in the widest tile that leaves room for its factors.
let widestTile = 4

typealias ProductTile1 = ProductTile<Lane, 8, 1>
typealias ProductTile2 = ProductTile<Lane, 8, 2>
typealias ProductTile3 = ProductTile<Lane, 8, 3>
typealias ProductTile4 = ProductTile<Lane, 6, 4>
typealias HalfProductTile = ProductTile<HalfLane, 8, 1>

typealias OuterTile1 = OuterTile<Lane, 8, 1>
typealias OuterTile2 = OuterTile<Lane, 8, 2>
typealias OuterTile3 = OuterTile<Lane, 8, 3>
typealias HalfOuterTile = OuterTile<HalfLane, 8, 1>
/// The sums' rows that no tile of the above covers.
typealias OuterRow1 = OuterTile<Lane, 1, 1>
typealias OuterRow2 = OuterTile<Lane, 1, 2>
typealias OuterRow3 = OuterTile<Lane, 1, 3>
typealias HalfOuterRow = OuterTile<HalfLane, 1, 1>
