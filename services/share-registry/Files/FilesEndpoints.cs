using Microsoft.Net.Http.Headers;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Limits;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;

namespace Tideway.ShareRegistry.Files;

/// <summary>Files of a local disk for whoever has a signed address of them. The signature is checked before anything else is looked at.</summary>
internal static class FilesEndpoints
{
    private const string DataFileDoesNotExist = "DATA_FILE_DOES_NOT_EXIST";
    private const string PreconditionFailed = "PRECONDITION_FAILED";

    public static void MapFiles(this IEndpointRouteBuilder routes) =>
        routes
            .MapMethods("/files/{root}/{**path}", [HttpMethods.Get, HttpMethods.Head], ServeAsync)
            .WithName("readFile")
            .WithTags("Files")
            .WithSummary("Reads a file, or a range of it, by a signed address");

    private static async Task ServeAsync(
        string root,
        string? path,
        HttpContext context,
        LocalUrlVerifier verifier,
        StorageRoots storage,
        FileAccessRecord record,
        RecipientLimits limits,
        ILogger<FileAccessRecord> logger
    )
    {
        var key = path ?? "";
        try
        {
            switch (verifier.Verify(root, key, context.Request.QueryString.Value))
            {
                case LocalUrlVerification.Valid valid:
                    using (var permit = limits.EnterFile(RecipientOf(valid)))
                    {
                        if (permit.RefusedBy != LimitKind.None)
                        {
                            await RefuseAsync(context, record, valid, permit);
                            return;
                        }

                        if (Find(storage, valid) is { } file)
                        {
                            await SendAsync(context, file, valid, record);
                            return;
                        }
                    }

                    logger.DataFileGone(root, key);
                    await RefuseAsync(
                        context,
                        record,
                        root,
                        key,
                        new SignedFor(valid.RequestId, valid.Context),
                        404,
                        DataFileDoesNotExist,
                        "The data file is gone, most likely removed because the table or volume changed. Ask for its files again."
                    );
                    return;
                case LocalUrlVerification.Expired expired:
                    await RefuseAsync(
                        context,
                        record,
                        root,
                        key,
                        new SignedFor(expired.RequestId, expired.Context),
                        403,
                        ErrorCodes.PermissionDenied,
                        $"The URL has expired at {WireTimestamp.Format(expired.ExpiredAt)}. Ask for a fresh one."
                    );
                    return;
                case LocalUrlVerification.Malformed malformed:
                    await RefuseAsync(context, record, root, key, null, 400, ErrorCodes.MalformedRequest, "The URL is not one of ours.", malformed.Reason);
                    return;
                default:
                    await RefuseAsync(context, record, root, key, null, 403, ErrorCodes.PermissionDenied, "The signature of the URL does not fit.");
                    return;
            }
        }
        catch (AccessSpoolException exception) when (!context.Response.HasStarted)
        {
            logger.AccessNotRecorded(exception);
            context.Response.Headers.RetryAfter = "5";
            await WriteErrorAsync(context, 503, ErrorCodes.TemporarilyUnavailable, "The server cannot answer just now. Try again.");
        }
    }

    // Each address names one; those of before that did not have a limit in common.
    private static Guid RecipientOf(LocalUrlVerification.Valid url) => FileUrlContext.TryParse(url.Context, out var context) ? context.RecipientId : Guid.Empty;

    // What leads out of the root, or out of the volume that the file is of, by whatever way, is as good as not there.
    private static FileInfo? Find(StorageRoots storage, LocalUrlVerification.Valid url)
    {
        try
        {
            if (Split(url) is not var (folder, key))
                return null;
            var location = storage.Locate(url.RootName, folder);
            // A folder that has become a link leads to where nobody looked.
            if (location.RelativePath != folder || storage.Open(location).LocalPath(key) is not { } path)
                return null;
            var file = new FileInfo(path);
            // What a link says of itself, its length above all, is not what it leads to.
            return (file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true)) is FileInfo { Exists: true } found ? found : null;
        }
        catch (ObjectStorageException exception)
            when (exception.Error is ObjectStorageError.InvalidKey or ObjectStorageError.NotFound or ObjectStorageError.OutsideRoots)
        {
            return null;
        }
    }

    private static (string Folder, string Key)? Split(LocalUrlVerification.Valid url)
    {
        if (!FileUrlContext.TryParse(url.Context, out var context) || context.VolumeDepth is not { } depth)
            return ("", url.Path);
        var segments = url.Path.Split('/');
        return segments.Length > depth ? (string.Join('/', segments[..depth]), string.Join('/', segments[depth..])) : null;
    }

    private static async Task SendAsync(HttpContext context, FileInfo file, LocalUrlVerification.Valid url, FileAccessRecord record)
    {
        var size = file.Length;
        // Whole seconds, as the header has them.
        var lastModified = DateTimeOffset.FromUnixTimeSeconds(new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero).ToUnixTimeSeconds());
        var tag = new EntityTagHeaderValue($"\"{size:x}-{file.LastWriteTimeUtc.Ticks:x}\"");
        var range = FileRange.Of(context.Request.GetTypedHeaders(), size, tag, lastModified);
        var signedFor = new SignedFor(url.RequestId, url.Context);
        if (range.Status == StatusCodes.Status412PreconditionFailed)
        {
            var message = $"The file is not the one that the request expects: its ETag is {tag}, and it was last modified at {lastModified:R}.";
            await RefuseAsync(context, record, url.RootName, url.Path, signedFor, range.Status, PreconditionFailed, message);
            return;
        }

        var isHead = HttpMethods.IsHead(context.Request.Method);
        await record.WriteAsync(context, url.RootName, url.Path, signedFor, range.Status, isHead ? 0 : range.Length);

        var response = context.Response;
        response.StatusCode = range.Status;
        var headers = response.GetTypedHeaders();
        headers.ETag = tag;
        headers.LastModified = lastModified;
        response.Headers.AcceptRanges = "bytes";
        // Neither a cache nor a page may keep what only this address may read.
        response.Headers.CacheControl = "private, no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (range.Status == StatusCodes.Status304NotModified)
            return;
        response.ContentLength = range.Length;
        if (range.Status == StatusCodes.Status416RangeNotSatisfiable)
        {
            headers.ContentRange = new ContentRangeHeaderValue(size);
            return;
        }

        response.ContentType = "application/octet-stream";
        if (range.Status == StatusCodes.Status206PartialContent)
            headers.ContentRange = new ContentRangeHeaderValue(range.Offset, range.Offset + range.Length - 1, size);
        if (!isHead && range.Length > 0)
            await response.SendFileAsync(file.FullName, range.Offset, range.Length, context.RequestAborted);
    }

    private static async Task RefuseAsync(HttpContext context, FileAccessRecord record, LocalUrlVerification.Valid url, CallPermit permit)
    {
        var refusal = ProtocolRefusals.BeyondLimits(permit);
        var signedFor = new SignedFor(url.RequestId, url.Context);
        var access = record.Describe(context, url.RootName, url.Path, signedFor, refusal.Status, 0, refusal.ErrorCode, refusal.OperatorMessage);
        await context.RequestServices.GetRequiredService<RefusalRecords>().RecordAsync(permit, RecipientOf(url), record, access);
        context.Response.Headers.RetryAfter = Math.Ceiling(permit.Wait.TotalSeconds).ToString();
        await WriteErrorAsync(context, refusal.Status, refusal.ErrorCode, refusal.Message);
    }

    private static async Task RefuseAsync(
        HttpContext context,
        FileAccessRecord record,
        string root,
        string path,
        SignedFor? signedFor,
        int status,
        string errorCode,
        string message,
        string? reason = null
    )
    {
        await record.WriteAsync(context, root, path, signedFor, status, errorCode: errorCode, reason: reason ?? message);
        await WriteErrorAsync(context, status, errorCode, message);
    }

    private static async Task WriteErrorAsync(HttpContext context, int status, string errorCode, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = DeltaSharing.Protocol.HeaderNames.Json;
        context.Response.Headers.CacheControl = "no-store";
        var body = new ErrorBody(errorCode, message).ToJson();
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
