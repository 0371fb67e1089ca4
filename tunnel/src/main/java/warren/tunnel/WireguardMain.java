// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

/// The entry of a tunnel process. Of its own, so that no other module is loaded with it.
public final class WireguardMain {
    private WireguardMain() {}

    /// Runs the tunnel and ends the process with its exit code.
    public static void main(String[] arguments) {
        int code = WireguardProcess.run(arguments, System.out, System.err);
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }
}
