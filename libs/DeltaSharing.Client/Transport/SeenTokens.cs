using System.Security.Cryptography;
using System.Text;

namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>The tokens of the pages that were asked for, so that pages which go round are found out. A server chooses how long they are, so only their hashes are kept.</summary>
internal sealed class SeenTokens(DeltaSharingClientOptions options)
{
    private readonly HashSet<Int128> seen = [];

    /// <summary>Checks the token of the next page.</summary>
    public string Add(string token, Answer answer)
    {
        answer.CheckToken(token);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);
        return seen.Add(new Int128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]))) && seen.Count < options.MaxPages
            ? token
            : throw answer.TooLarge($"at most {options.MaxPages} pages, each with a token of its own");
    }
}
