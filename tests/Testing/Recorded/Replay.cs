using Shouldly;

namespace Tideway.Testing.Recorded;

/// <summary>Sends the recorded requests of a client one after the other, and checks that each is answered as that client needs.</summary>
public static class Replay
{
    /// <summary>Sends all requests of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="values">Values of the names in it; those that answers give are added.</param>
    /// <param name="send">Sends one request.</param>
    public static async Task RunAsync(string path, IReadOnlyDictionary<string, string> values, Func<RecordedRequest, Task<RecordedAnswer>> send)
    {
        var all = new Dictionary<string, string>(values, StringComparer.Ordinal);
        var requests = RecordedRequest.Read(path);
        requests.ShouldNotBeEmpty();
        foreach (var recorded in requests)
        {
            recorded.Needs.ShouldNotBeEmpty(recorded.Title);
            var request = recorded.With(all);
            var answer = await send(request);
            foreach (var need in request.Needs)
            {
                try
                {
                    AnswerNeeds.Check(need, answer, all);
                }
                catch (Exception exception)
                {
                    throw new ShouldAssertException(
                        $"{Path.GetFileName(path)}: {recorded.Title}: {need}\n{request.Line}\n{answer.Status} {answer.Text}\n{exception.Message}",
                        exception
                    );
                }
            }

            // An address is asked for at its path.
            foreach (var (name, value) in all.ToList())
            {
                if (Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
                    all[name + ".path"] = value[url.GetLeftPart(UriPartial.Authority).Length..];
            }
        }
    }
}
