// SPDX-License-Identifier: Apache-2.0

/// The WireGuard protocol, pure: bytes and `now` in, instructions out. No socket, no clock, no log,
/// no thread, and no allocation per packet.
///
/// A [warren.wireguard.Device] holds the keys, the peers and the routing table of one interface. A
/// packet leaves through `Device.route` and `Peer.seal`; a datagram comes in through
/// `Device.keypair` and `Keypair.open`, or `Device.receiveHandshake` where it is no data. What is
/// to be sent beside that, and which waiting packets may go, is collected in an
/// [warren.wireguard.Outbox], which whoever called drains. `Device.onTimer` does what is due.
///
/// Encryption of data is a port, [warren.wireguard.Aead], since the fast way is native; randomness
/// and time stamps come in through [warren.wireguard.RandomSource] and
/// [warren.wireguard.TimestampSource]. "Whitepaper" is Jason A. Donenfeld's *WireGuard: Next
/// Generation Kernel Network Tunnel* of June 1, 2020, permanent ID 4846ada1492f.
@NullMarked
package warren.wireguard;

import org.jspecify.annotations.NullMarked;
