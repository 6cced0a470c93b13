//! Reading a contact is the most asked of all operations, and answered by copying: few allocations, however
//! large the contact is.

#![expect(clippy::unwrap_used, reason = "a test that is answered otherwise is to fail where it stands")]

use serde_json::json;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use tieline_testkit::app::TestApp;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, with a count for each thread.
struct Counting;

#[expect(
    unsafe_code,
    reason = "an allocator can be written in no other way; every call goes on to the system's"
)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        BYTES.set(BYTES.get() + layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations and bytes of one warm read, the router and the request's building included.
async fn cost(app: &TestApp, path: &str) -> (usize, usize) {
    let ask = async || {
        let request = http::Request::get(path).header("version", "2021-07-28");
        let request =
            request.header("authorization", format!("Bearer {}", app.key)).body(axum::body::Body::empty());
        let before = (COUNT.get(), BYTES.get());
        let response = tower::ServiceExt::oneshot(app.router.clone(), request.unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        (COUNT.get() - before.0, BYTES.get() - before.1)
    };
    ask().await;
    ask().await
}

#[tokio::test]
async fn a_read_costs_little_more_than_a_copy() {
    let app = TestApp::new().await;
    let mut paths = Vec::new();
    for tags in [0, 500] {
        let tags: Vec<String> = (0..tags).map(|n| format!("tag number {n}")).collect();
        let body = json!({"locationId": app.location.id, "firstName": "Ada", "tags": tags});
        let created = app.post("/contacts/", body).await.json;
        paths.push(format!("/contacts/{}", created["contact"]["id"].as_str().unwrap()));
    }
    let ((small, small_bytes), (large, large_bytes)) =
        (cost(&app, &paths[0]).await, cost(&app, &paths[1]).await);
    println!("{small} allocations, {small_bytes} bytes; {large} allocations, {large_bytes} bytes");
    assert_eq!(small, large, "the number of allocations does not grow with the contact");
    assert!(small <= 40, "{small} allocations");
    // The document is some 9 kB: it is read from the database once and copied into the answer once.
    assert!(large_bytes < small_bytes + 30_000, "{large_bytes} bytes");
}
