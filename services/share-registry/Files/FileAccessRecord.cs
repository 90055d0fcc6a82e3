using Tideway.Contracts.ShareRegistry;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ShareRegistry.Storage;

namespace Tideway.ShareRegistry.Files;

/// <summary>Records reads of files, granted and refused. The request id of the address ties a read to the query that handed the address out.</summary>
internal sealed class FileAccessRecord(AccessSpool<ShareRegistryDatabase> spool, TimeProvider time)
{
    private const int MaxTextLength = 1024;

    public Task WriteAsync(
        HttpContext context,
        string root,
        string path,
        string? requestId,
        int status,
        long bytes = 0,
        string? errorCode = null,
        string? reason = null
    )
    {
        Telemetry.FileReads.Add(1, new KeyValuePair<string, object?>("status", status));
        Telemetry.FileBytes.Add(bytes);
        var address = context.Connection.RemoteIpAddress;
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["root"] = Cut(root)!, ["path"] = Cut(path)! };
        if (context.Request.Headers.Range is [{ } range, ..])
            parameters["range"] = Cut(range)!;
        return spool.RecordAsync(
            new ShareAccessed
            {
                AccessId = Guid.CreateVersion7(),
                // A stranger's address names no exchange.
                RequestId = requestId ?? Guid.CreateVersion7().ToString("N"),
                Action = ProtocolActions.GetFile,
                Status = status,
                ErrorCode = errorCode,
                ErrorMessage = reason,
                FileCount = status is StatusCodes.Status200OK or StatusCodes.Status206PartialContent ? 1 : null,
                ByteCount = status is StatusCodes.Status200OK or StatusCodes.Status206PartialContent ? bytes : null,
                SourceIp = (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString(),
                UserAgent = Cut(context.Request.Headers.UserAgent.ToString()),
                Parameters = parameters,
                OccurredAt = time.GetUtcNow(),
            }
        );
    }

    private static string? Cut(string? text) => text is { Length: > MaxTextLength } ? text[..MaxTextLength] : text;
}
