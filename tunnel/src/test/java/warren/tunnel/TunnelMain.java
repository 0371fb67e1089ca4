// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

/// `warren wireguard` for tests, without the launcher.
final class TunnelMain {
    private TunnelMain() {}

    public static void main(String[] args) {
        System.exit(WireguardProcess.run(args, System.out, System.err));
    }
}
