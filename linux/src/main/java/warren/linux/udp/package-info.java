// SPDX-License-Identifier: Apache-2.0

/// UDP sockets for a packet loop: batches in and out of one system call, and the source address of
/// every answer under control.
///
/// Addresses are numbers, so that a loop compares them without making objects: `bits` is 32 or 128,
/// and the address is the low `bits` bits of `high:low`, as in `10.0.0.1` = (32, 0, 0x0a000001).
/// All memory is allocated when a batch is made; receiving and sending make no object.
@NullMarked
package warren.linux.udp;

import org.jspecify.annotations.NullMarked;
