// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

/// Why received bytes are not a netlink message we understand.
public enum Malformed {
    /// Fewer bytes left than a `struct nlmsghdr` has.
    HEADER_TRUNCATED,
    /// `nlmsg_len` smaller than the header or larger than what was received.
    MESSAGE_LENGTH,
    /// A fixed structure of the family ends before its last field.
    FIELD_TRUNCATED,
    /// Fewer bytes left than a `struct nlattr` has.
    ATTRIBUTE_TRUNCATED,
    /// `nla_len` smaller than its header or larger than what is left.
    ATTRIBUTE_LENGTH,
    /// An attribute's value has not the size of its type.
    VALUE_LENGTH,
    /// A value of the right size that means nothing, such as a prefix longer than the address.
    VALUE
}
