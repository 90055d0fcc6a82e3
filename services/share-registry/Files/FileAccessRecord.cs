using System.Data.Common;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ShareRegistry.Access;
using Tideway.ShareRegistry.Recipients;

namespace Tideway.ShareRegistry.Files;

/// <summary>Records reads of files, granted and refused. The address says which call handed it out, for whom and of which table or volume.</summary>
internal sealed class FileAccessRecord(SpooledAccessLog log, RecipientDirectory recipients, TimeProvider time) : IProtocolAccessLog
{
    private const int MaxTextLength = 1024;

    public async Task WriteAsync(
        HttpContext context,
        string root,
        string path,
        SignedFor? signedFor,
        int status,
        long bytes = 0,
        string? errorCode = null,
        string? reason = null
    )
    {
        Telemetry.FileBytes.Add(bytes);
        await RecordAsync(Describe(context, root, path, signedFor, status, bytes, errorCode, reason), CancellationToken.None);
    }

    /// <summary>The read as it would be recorded now, but for the recipient's name.</summary>
    public ProtocolAccess Describe(
        HttpContext context,
        string root,
        string path,
        SignedFor? signedFor,
        int status,
        long bytes = 0,
        string? errorCode = null,
        string? reason = null
    )
    {
        Telemetry.FileReads.Add(1, new KeyValuePair<string, object?>("status", status));
        var address = context.Connection.RemoteIpAddress;
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["root"] = Cut(root)!, ["path"] = Cut(path)! };
        if (context.Request.Headers.Range is [{ } range, ..])
            parameters["range"] = Cut(range)!;
        var query = FileUrlContext.TryParse(signedFor?.Context, out var parsed) ? parsed : null;
        return new ProtocolAccess
        {
            AccessId = Guid.CreateVersion7(),
            // A stranger's address names no exchange.
            RequestId = signedFor?.RequestId ?? Guid.CreateVersion7().ToString("N"),
            Action = ProtocolActions.GetFile,
            Status = status,
            ErrorCode = errorCode,
            ErrorMessage = reason,
            RecipientId = query?.RecipientId,
            Share = query?.Share,
            Schema = query?.Schema,
            Table = query?.Table,
            Volume = query?.Volume,
            FileCount = status is StatusCodes.Status200OK or StatusCodes.Status206PartialContent ? 1 : null,
            ByteCount = status is StatusCodes.Status200OK or StatusCodes.Status206PartialContent ? bytes : null,
            SourceIp = (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString(),
            UserAgent = Cut(context.Request.Headers.UserAgent.ToString()),
            Parameters = parameters,
            OccurredAt = time.GetUtcNow(),
        };
    }

    /// <inheritdoc />
    public async ValueTask RecordAsync(ProtocolAccess access, CancellationToken cancellationToken)
    {
        var named = access.RecipientId is { } id ? access with { RecipientName = await NameOfAsync(id) } : access;
        await log.RecordAsync(named, cancellationToken);
    }

    private async Task<string?> NameOfAsync(Guid recipientId)
    {
        try
        {
            return await recipients.NameOfAsync(recipientId);
        }
        catch (DbException exception)
        {
            // Without a name it would be half a record: as good as none.
            throw new AccessSpoolException("The recipient of a file could not be looked up.", exception);
        }
    }

    private static string? Cut(string? text) => text is { Length: > MaxTextLength } ? text[..MaxTextLength] : text;
}

/// <summary>The exchange that an address was handed out in, and what was signed with it.</summary>
internal sealed record SignedFor(string RequestId, string? Context);
