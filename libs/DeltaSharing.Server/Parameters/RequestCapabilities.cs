using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.DeltaSharing.Server.Parameters;

/// <summary>What the client of a call can take.</summary>
public static class RequestCapabilities
{
    /// <summary>Reads the header; a refusal where the client takes only formats that are unknown here.</summary>
    public static Checked<SharingCapabilities> Read(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var header = request.Headers[HeaderNames.Capabilities].ToString();
        var capabilities = SharingCapabilities.Parse(header);
        return capabilities.ResponseFormats == ResponseFormats.None
            ? ProtocolRefusals.Invalid($"Expected the response format parquet or delta, got '{header}'.")
            : capabilities;
    }
}
