namespace Tideway.DeltaLog.Tests;

internal static class Failures
{
    /// <summary>Expects the engine to refuse, for that reason.</summary>
    public static async Task<DeltaLogException> ShouldFailAsync(this Task task, DeltaLogError error)
    {
        var exception = await Should.ThrowAsync<DeltaLogException>(() => task);
        exception.Error.ShouldBe(error, exception.Message);
        return exception;
    }

    /// <summary>Expects the engine to refuse, for that reason.</summary>
    public static DeltaLogException ShouldFail(this Action action, DeltaLogError error)
    {
        var exception = Should.Throw<DeltaLogException>(action);
        exception.Error.ShouldBe(error, exception.Message);
        return exception;
    }

    public static async Task<List<T>> ToListAsync<T>(this IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
            list.Add(item);
        return list;
    }
}
