// SPDX-License-Identifier: Apache-2.0

/// The product as its users meet it: rules of the whole code base, and nodes in namespaces of their
/// own that run the built distribution. Everything a test makes lives in PID, mount and network
/// namespaces that die with the test's JVM, so nothing can be left behind.
@NullMarked
package warren.systemtest;

import org.jspecify.annotations.NullMarked;
