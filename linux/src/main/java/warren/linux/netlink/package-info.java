// SPDX-License-Identifier: Apache-2.0

/// The netlink protocol: messages and attributes as pure bytes, and the socket that carries them.
///
/// `PayloadWriter` and `AttributeReader` know nothing of any family; `warren.linux.route` builds
/// rtnetlink on them, and a generic netlink family can be built the same way. The codec never
/// throws on what it reads: the kernel is trusted to be honest but not to be the version we know.
@NullMarked
package warren.linux.netlink;

import org.jspecify.annotations.NullMarked;
