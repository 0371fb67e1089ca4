// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Whatever arrives on the socket, or comes back from it, is an answer and never an exception of
/// ours.
class UapiFuzzTest {
    @FuzzTest
    void anyStreamIsRequestsOrTheirRefusal(byte[] stream) throws IOException {
        try (UapiRequestParser parser = new UapiRequestParser(new ByteArrayInputStream(stream))) {
            boolean more = true;
            while (more) {
                more =
                        switch (parser.next()) {
                            case UapiRequest.Set _ -> true;
                            case UapiRequest.Refused refused -> !refused.last();
                            case UapiRequest.Simple simple -> simple == UapiRequest.Simple.GET;
                        };
            }
        }
    }

    @FuzzTest
    void anyAnswerIsAStateOrAnIoException(byte[] stream) {
        DeviceState state = read(stream);
        if (state == null) {
            return;
        }
        try (UapiOutput out = new UapiOutput()) {
            UapiStateCodec.write(state, out);
            out.line(UapiKey.ERRNO, 0);
            out.end();
            ByteBuffer bytes = out.bytes();
            byte[] again = new byte[bytes.remaining()];
            bytes.get(again);
            if (!state.equals(read(again))) {
                throw new AssertionError("reads differently when written again: " + state);
            }
        }
    }

    private static DeviceState read(byte[] stream) {
        try (UapiInput input = new UapiInput(new ByteArrayInputStream(stream))) {
            return UapiStateCodec.read(input, "get fuzz");
        } catch (IOException _) { // what a client sees of a device that talks nonsense
            return null;
        }
    }
}
