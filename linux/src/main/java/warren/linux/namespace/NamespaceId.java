// SPDX-License-Identifier: Apache-2.0
package warren.linux.namespace;

/// What tells a namespace from all others that live at the same time: device and inode number of
/// its file. A number can come again after its namespace is gone. Immutable.
public record NamespaceId(long device, long inode) {
    /// As `readlink /proc/self/ns/net` shows it.
    @Override
    public String toString() {
        return "net:[" + inode + "]";
    }
}
