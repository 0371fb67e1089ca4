// SPDX-License-Identifier: Apache-2.0

/// ChaCha20-Poly1305 by OpenSSL's libcrypto, where the host has it.
@NullMarked
package warren.linux.crypto;

import org.jspecify.annotations.NullMarked;
